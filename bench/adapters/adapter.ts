/** What every peer is driven by: one file a peer, the same small interface for all. @module */

/** Where a peer's store lies, and what it is told to be like; one JSON argument of the child process. */
export interface Place {
  /** A folder of this measurement alone. */
  readonly folder: string;
  /** The folder with the peers' npm packages. */
  readonly packages: string;
  /** Of the local server, where the peer needs one. */
  readonly port: number | null;
  /** As the peers table says: durability, batching. */
  readonly variant: string | null;
}

/** What a job does with its number: see `handlers.ts`. */
export type Kind = "noop" | "flaky" | "lag" | "hang";

/** Opens a peer's store; the first one to open it makes the tables. */
export type OpenStore = (place: Place) => Promise<Store>;

/** The queue of one peer. */
export interface Store {
  /** Adds jobs with one call, as the peer's documentation does it; one job with the call for one. */
  enqueue(kind: Kind, payloads: readonly number[], delayMs?: number): Promise<void>;
  /** Makes a worker ready; it takes jobs of the kind from `start` on. */
  worker(kind: Kind, handle: (payload: number) => unknown): Promise<Work>;
  /**
   * Whether a job is waiting, running or about to be retried; jobs for tomorrow don't count. Asked while the clock runs,
   * so it must find its answer in an index.
   */
  hasOpenJobs(kind: Kind): Promise<boolean>;
  /** Jobs that wait and are due. */
  waitingCount(): Promise<number>;
  /** Jobs kept as done, with their results where the peer keeps results; null where done jobs are deleted. */
  doneCount(): Promise<number | null>;
  close(): Promise<void>;
}

/** A worker that is ready. */
export interface Work {
  start(): void | Promise<void>;
  /** When it took its first job, where `start` does more than that; milliseconds since the epoch. */
  startedAt?(): number;
  stop(): Promise<void>;
  /** What the handlers returned, where they ran in another process. */
  results?(): Promise<number[]>;
}
