import type { Origin } from '../../../src/ports/origin.ts';

/** What the origin does at a call, as often as asked. */
export const failing =
  (key: 'flip' | 'write' | 'sweep' | 'stage', error: Error, times = 1) =>
  (origin: Origin): Origin =>
    new Proxy(origin, {
      get: (target, name) => {
        if (name !== key || times <= 0) return Reflect.get(target, name);
        return async () => {
          times -= 1;
          throw error;
        };
      },
    });
