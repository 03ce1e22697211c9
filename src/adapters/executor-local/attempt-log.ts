import { closeSync, fsyncSync, openSync } from 'node:fs';
import { LogFraming } from '../../domain/attempt-log/log-framing.ts';
import { AGENT_VOICE, type LogStream } from '../../domain/attempt-log/log-record.ts';
import { SecretMask } from '../../domain/attempt-log/secret-mask.ts';
import type { Instant } from '../../kernel/instant.ts';
import { writeAll } from './durable-file.ts';
import { translateDiskError } from './system-error.ts';

/** A line that its command does not end (a prompt) is shown after so much silence. */
const SILENCE_MS = 250;

const now = (): Instant => Date.now() as Instant;

/**
 * Writes the log of an attempt: masked, stamped, framed. It writes before it returns, so whoever feeds it is slowed down to
 * the pace of the disk and memory stays flat. Once a write has failed it writes nothing more; the failure goes to `onFailure`.
 */
export class AttemptLog {
  readonly #path: string;
  readonly #fd: number;
  readonly #patterns: readonly Buffer[];
  readonly #onFailure: (error: unknown) => void;
  readonly #voice = new LogFraming(AGENT_VOICE, 'err', (records) => this.#write(records));
  #isBroken = false;

  constructor(path: string, patterns: readonly Buffer[], onFailure: (error: unknown) => void) {
    this.#path = path;
    this.#patterns = patterns;
    this.#onFailure = onFailure;
    this.#fd = openSync(path, 'a', 0o600);
  }

  /** What the agent itself has to say, on a line of its own. Never a secret: masked like everything. */
  note(text: string): void {
    const mask = new SecretMask(this.#patterns);
    const line = Buffer.concat([mask.push(Buffer.from(text.replaceAll('\n', ' '))), mask.end(), Buffer.from('\n')]);
    this.#voice.push(line, now());
  }

  /** A place to write what one stream of a container says. */
  open(container: string, stream: LogStream): ContainerStream {
    const mask = new SecretMask(this.#patterns);
    const framing = new LogFraming(container, stream, (records) => this.#write(records));
    let quietSince = now();
    const silence = setInterval(() => {
      if (framing.hasPending && now() - quietSince >= SILENCE_MS) framing.flush(now(), false);
    }, SILENCE_MS);
    return {
      write: (chunk) => {
        quietSince = now();
        framing.push(mask.push(chunk), quietSince);
      },
      end: () => {
        clearInterval(silence);
        framing.push(mask.end(), now());
        framing.flush(now(), true);
      },
    };
  }

  /** What is in the log is on the disk now. */
  close(): void {
    try {
      if (!this.#isBroken) fsyncSync(this.#fd);
    } catch (error) {
      this.#fail(error);
    } finally {
      closeSync(this.#fd);
    }
  }

  #write(records: Buffer): void {
    if (this.#isBroken) return;
    try {
      writeAll(this.#fd, records);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#isBroken = true;
    this.#onFailure(translateDiskError(error, this.#path));
  }
}

export interface ContainerStream {
  write(chunk: Buffer): void;
  end(): void;
}
