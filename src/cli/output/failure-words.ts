import type { Failure } from '../../domain/release/release-state.ts';
import { printable } from './printable.ts';

/** What a release stopped at, in one line with its place and its class: `deb: name is "Hello". [PACKAGE_OPTION]`. */
export function failureWords({ step, sentence, class: name }: Failure): string {
  const isNamed = step === undefined || sentence.split(/[^\w:.-]+|[:.](?=\s|$)/).includes(step);
  return printable(`${isNamed ? '' : `${step}: `}${sentence} [${name}]`);
}
