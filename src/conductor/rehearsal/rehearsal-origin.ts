import type { Origin } from '../../ports/origin.ts';
import { RehearsalOver } from './rehearse.ts';

/**
 * The origin for a dry run: everything is looked at, nothing is moved. The journal alone would not stop it: an intent that was
 * recorded before a crash is acted on without another append.
 */
export function rehearsalOrigin(origin: Origin): Origin {
  return {
    write: ({ channel, number }) => Promise.reject(new RehearsalOver(`generation ${number} of ${channel} is written`)),
    stage: (channel) => Promise.reject(new RehearsalOver(`the staging view of ${channel} is moved`)),
    flip: (channel) => Promise.reject(new RehearsalOver(`the pointer of ${channel} is moved`)),
    sweep: (channel) => Promise.reject(new RehearsalOver(`${channel} is swept`)),
    generation: (channel, number) => origin.generation(channel, number),
    generations: (channel) => origin.generations(channel),
    channels: () => origin.channels(),
    current: (channel) => origin.current(channel),
    staged: (channel) => origin.staged(channel),
    audit: (channel, number) => origin.audit(channel, number),
  };
}
