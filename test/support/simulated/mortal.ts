/** A process of the simulated world: when it dies, nothing it awaits ever comes back to it; frozen, nothing until it thaws. */
export class Mortal {
  readonly pid: number;
  readonly #stopAt: number;
  readonly #how: 'die' | 'freeze';
  #isStopped = false;
  #isThawed = false;
  readonly #waiting: (() => void)[] = [];
  /** Every call to the world, as the test may stop it before or after. */
  readonly calls: string[] = [];

  constructor(pid: number, stopAt = Number.POSITIVE_INFINITY, how: 'die' | 'freeze' = 'die') {
    this.pid = pid;
    this.#stopAt = stopAt;
    this.#how = how;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  get isDead(): boolean {
    return this.#isStopped && this.#how === 'die';
  }

  die(): void {
    this.#isStopped = true;
  }

  /** A frozen process goes on exactly where it stood. */
  thaw(): void {
    this.#isThawed = true;
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  /** The port as this process sees it. Each call has two moments: before it takes effect, and after, before the answer. */
  seen<Port extends object>(port: Port, name: string): Port {
    return new Proxy(port, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#call(`${name}.${String(key)}`, () => Reflect.apply(member, target, args));
      },
    });
  }

  #call(label: string, work: () => unknown): unknown {
    if (label === 'clock.now') return work();
    if (/\.(follow|logs|open)$/.test(label)) return work(); // streams: what they tell is acted on in other calls
    return this.#lively(label, work);
  }

  async #lively(label: string, work: () => unknown): Promise<unknown> {
    await this.#moment(`before ${label}`);
    try {
      return await work();
    } finally {
      await this.#moment(`after ${label}`);
    }
  }

  /** Waiting and looking are not counted: nothing can be half done there. */
  async #moment(label: string): Promise<void> {
    if (!this.#isStopped && !/clock\.|\.(wait|renewLease|head|read|stat)$/.test(label)) {
      this.calls.push(label);
      if (this.calls.length > this.#stopAt) this.#isStopped = true;
    }
    if (this.#isStopped && !this.#isThawed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
