/** A new ULID: 26 characters, sorted by time. */
export function ulid(seedTime?: number): string;
/** A new ULID, greater than every one before it in this process. */
export function monotonicUlid(seedTime?: number): string;
