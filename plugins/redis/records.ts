/** Jobs as they are kept in Redis, and as records. @module */

import type {
  AttemptError,
  ErrorData,
  FinishedJob,
  JobRecord,
  JobState,
  LeasedJob,
  NewJob,
  TimeoutPolicy,
} from "nuvom";
import { HAS_KEY, KEEPS_RESULT } from "./scripts/library.ts";

/** What many jobs have in common, in the order of the JSON in which it is kept; see `scripts/library.ts`. */
type Fields = readonly [
  task: string,
  queue: string,
  priority: number,
  delayMs: number,
  maxAttempts: number,
  retryDelayMs: number,
  timeoutMs: number,
  timeoutPolicy: TimeoutPolicy,
  uniqueKey: string | null,
  uniqueForMs: number,
];

/** The array of `state`; see `scripts/library.ts`. */
type State = readonly [
  letter: string,
  flags: number,
  attempts: number,
  losses: number,
  runAt: number,
  maxAttempts: number,
  place: string,
  queue: string,
  worker?: string,
  startedAt?: number,
  endOrToken?: number | string,
];

/** Of a job that was never leased and has no delay. */
const NEW: State = ["W", 0, 0, 0, 0, 0, "", ""];

const STATES: Readonly<Record<string, JobState>> = { R: "RUNNING", S: "SUCCESS", F: "FAILED", C: "CANCELLED" };

/** The letter of a final state, which is its first one. */
export function letterOf(state: JobState): string {
  return state[0]!;
}

/** The fields of a job as JSON. */
export function fieldsOf(job: NewJob): string {
  const { task, queue, priority, delayMs, maxAttempts, retryDelayMs, timeoutMs, timeoutPolicy } = job;
  const fields: Fields = [
    task,
    queue,
    priority,
    delayMs,
    maxAttempts,
    retryDelayMs,
    timeoutMs,
    timeoutPolicy,
    job.uniqueKey,
    job.uniqueForMs,
  ];
  return JSON.stringify(fields);
}

/** The flags of a job. */
export function flagsOf({ storeResult, uniqueKey }: NewJob): number {
  return (storeResult ? KEEPS_RESULT : 0) + (uniqueKey === null ? 0 : HAS_KEY);
}

/** Whether two jobs differ in nothing but id and arguments. */
export function alike(a: NewJob, b: NewJob): boolean {
  return a.task === b.task && a.queue === b.queue && a.priority === b.priority && a.delayMs === b.delayMs &&
    a.maxAttempts === b.maxAttempts && a.retryDelayMs === b.retryDelayMs && a.timeoutMs === b.timeoutMs &&
    a.timeoutPolicy === b.timeoutPolicy && a.storeResult === b.storeResult && a.uniqueKey === b.uniqueKey &&
    a.uniqueForMs === b.uniqueForMs;
}

/** What never changes of a job. */
interface Kept {
  readonly fields: Fields;
  readonly createdAt: number;
  readonly storeResult: boolean;
  readonly args: string;
}

/** Jobs of one task mostly have the same fields: those that were read last. */
const known = new Map<string, Fields>();
const MAX_KNOWN = 500;

function kept(text: string): Kept {
  const [space, end] = [text.indexOf(" "), text.indexOf("\n")];
  const json = text.slice(space + 1, end);
  let fields = known.get(json);
  if (fields === undefined) {
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(json, fields = JSON.parse(json) as Fields);
  }
  const storeResult = (Number(text[0]) & KEEPS_RESULT) === KEEPS_RESULT;
  return { fields, createdAt: Number(text.slice(1, space)), storeResult, args: text.slice(end + 1) };
}

/** The lines of a text, each of them JSON. */
export function jsonLines<T>(text: string): T[] {
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as T);
}

/** What a job of the answer of a lease has waited for: a retry, a snooze, its time. */
export type Past = readonly [
  index: number,
  attempts: number,
  losses: number,
  runAt: number,
  maxAttempts: number,
  errors: string,
];

/** What the jobs of one lease have in common. */
export interface LeaseParts {
  readonly workerId: string;
  readonly now: number;
  readonly until: number;
}

/** A job that was just leased. */
export function leasedJob(id: string, text: string, token: string, lease: LeaseParts, past?: Past): LeasedJob {
  const { fields: f, createdAt, storeResult, args } = kept(text);
  return {
    id,
    task: f[0],
    args,
    queue: f[1],
    priority: f[2],
    delayMs: f[3],
    maxAttempts: past?.[4] || f[4],
    retryDelayMs: f[5],
    timeoutMs: f[6],
    timeoutPolicy: f[7],
    storeResult,
    uniqueKey: f[8],
    uniqueForMs: f[9],
    state: "RUNNING",
    createdAt,
    runAt: past?.[3] || createdAt + f[3],
    attempts: past?.[1] ?? 1,
    losses: past?.[2] ?? 0,
    startedAt: lease.now,
    finishedAt: null,
    workerId: lease.workerId,
    result: null,
    error: null,
    errors: past === undefined ? [] : jsonLines<AttemptError>(past[5]),
    token,
    leaseUntil: lease.until,
  };
}

/** A job as it is to be seen; `texts` are those that the script `inspect` answers. */
export function jobRecord(id: string, texts: readonly string[], now: number): JobRecord | null {
  const [text, stateText, errors] = texts as [string, string, string];
  if (text === "") return null;
  const { fields: f, createdAt, storeResult, args } = kept(text);
  const lineEnd = stateText.indexOf("\n");
  const end = lineEnd < 0 ? "" : stateText.slice(lineEnd + 1);
  const array = lineEnd < 0 ? stateText : stateText.slice(0, lineEnd);
  const [letter, , attempts, losses, runAt, maxAttempts, , , worker, startedAt, endedAt]: State = array === ""
    ? NEW
    : JSON.parse(array);
  const dueAt = runAt || createdAt + f[3];
  const state = STATES[letter] ?? (dueAt > now ? "SCHEDULED" : "PENDING");
  return {
    id,
    task: f[0],
    args,
    queue: f[1],
    priority: f[2],
    delayMs: f[3],
    maxAttempts: maxAttempts || f[4],
    retryDelayMs: f[5],
    timeoutMs: f[6],
    timeoutPolicy: f[7],
    storeResult,
    uniqueKey: f[8],
    uniqueForMs: f[9],
    state,
    createdAt,
    runAt: dueAt,
    attempts,
    losses,
    startedAt: startedAt || null,
    finishedAt: letter === "W" || letter === "R" ? null : Number(endedAt),
    workerId: worker || null,
    result: letter === "S" && end !== "" ? end : null,
    error: letter !== "S" && end !== "" ? JSON.parse(end) as ErrorData : null,
    errors: jsonLines<AttemptError>(errors),
  };
}

/** A finished job as the script `keep` takes it. */
export function finishedValues(job: FinishedJob): (string | number)[] {
  return [
    job.id,
    flagsOf(job),
    job.createdAt,
    fieldsOf(job),
    job.args,
    job.attempts,
    job.losses,
    job.runAt,
    job.startedAt ?? 0,
    job.workerId ?? "",
    job.finishedAt,
    letterOf(job.state),
    endOf(job),
    job.errors.map((error) => JSON.stringify(error)).join("\n"),
  ];
}

/** The text that is kept of an end; empty: none. */
function endOf({ state, storeResult, result, error }: FinishedJob): string {
  if (state === "SUCCESS") return storeResult ? result ?? "" : "";
  return error === null ? "" : JSON.stringify(error);
}
