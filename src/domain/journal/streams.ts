/** Names of the journal's streams (architecture 3). A lease has the name of the stream that it guards. */
export const releaseStream = (release: string): string => `release/${release}`;
export const runStream = (release: string): string => `run/${release}`;
export const lineStream = (line: string): string => `line/${line}`;
export const channelStream = (channel: string): string => `channel/${channel}`;
export const targetStream = (channel: string): string => `target/${targetOf(channel)}`;

/** The pointer that carries all repositories of a channel, as plans name it. */
export const targetOf = (channel: string): string => `${channel}/tree`;
