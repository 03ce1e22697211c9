/** The pointer that carries all repositories of a channel, as plans, leases and streams name it. */
export const targetOf = (channel: string): string => `${channel}/tree`;
export const targetStream = (channel: string): string => `target/${targetOf(channel)}`;
