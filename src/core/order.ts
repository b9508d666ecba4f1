/** What a client is asked for, and what it answers to one who waits. @module */

import type { ErrorData } from "./errors.ts";
import type { FinalState, NewJob } from "./job.ts";
import type { TaskInfo } from "./task.ts";

/** A job as `task.delay` asks for it: the task's own options ride along, the client fills in the settings. */
export interface EnqueueOrder {
  /** The task with its options. */
  readonly task: TaskInfo;
  /** JSON text of an array. */
  readonly args: string;
  /** What this job says differently from its task. */
  readonly overrides?: Partial<Pick<NewJob, "id" | "queue" | "priority" | "delayMs" | "uniqueKey" | "uniqueForMs">>;
}

/** A job's end, for the one who waits. */
export interface WaitAnswer {
  /** How it ended. */
  readonly state: FinalState;
  /** JSON text; null when there is none or it is not kept. */
  readonly result: string | null;
  /** Null after a success. */
  readonly error: ErrorData | null;
}
