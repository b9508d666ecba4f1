/**
 * The one error class of nuvom, and how an error crosses a process boundary. The catalogues (one constructor a problem)
 * stand beside the code that throws, in `errors.ts` of each room.
 * @module
 */

/** A stable error code, for programs; the message is for people. */
export type ErrorCode = `NUVOM_${string}`;

/** Exit codes of the command line: 1 the operation failed, 2 usage, 3 configuration or manifest, 4 not found. */
export type ExitCode = 1 | 2 | 3 | 4;

/** What {@linkcode NuvomError} is made of. */
export interface NuvomErrorOptions {
  /** What happened and where (file, line, plugin, job): full sentences. */
  readonly what: string;
  /** What to do about it: full sentences. Left out only where nothing can be done. */
  readonly mend?: string;
  /** What the command line exits with. @default 1 */
  readonly exitCode?: ExitCode;
  /** What was caught before this was thrown. */
  readonly cause?: unknown;
}

/**
 * Every error that nuvom itself throws.
 *
 * @example
 * ```ts
 * import { NuvomError } from "@nuvom/nuvom";
 *
 * const error = new NuvomError("NUVOM_JOB_UNKNOWN", { what: "There is no job 42.", mend: "List jobs with `nuvom history recent`." });
 * console.log(error.code, error.message);
 * ```
 */
export class NuvomError extends Error {
  /** The same for every error of nuvom; tell them apart by `code`. */
  override readonly name = "NuvomError";
  /** Stable, for programs. */
  readonly code: ErrorCode;
  /** What the command line exits with when this error ends a command. */
  readonly exitCode: ExitCode;

  /** The message is what happened, then what to do. @param code Stable; see the catalogue of the room that throws it. */
  constructor(code: ErrorCode, options: NuvomErrorOptions) {
    const message = options.mend === undefined ? options.what : `${options.what} ${options.mend}`;
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** An error as plain data: what is stored with a job and sent between processes. */
export interface ErrorData {
  /** Of the class that was thrown. */
  readonly name: string;
  /** At most 8,192 characters of it. */
  readonly message: string;
  /** Of an error that has one as text: `NUVOM_…`, `ENOENT`. */
  readonly code?: string;
  /** At most 16,384 characters of it; in a job's errors it names the original files. */
  readonly stack?: string;
  /** At most five deep. */
  readonly cause?: ErrorData;
}

const MAX_NAME = 256;
const MAX_MESSAGE = 8_192;
const MAX_STACK = 16_384;
const MAX_CAUSES = 5;

/** Turns anything that was thrown into plain data; long texts are cut, causes are followed five deep. */
export function toErrorData(thrown: unknown, depth = 0): ErrorData {
  if (!(thrown instanceof Error)) return { name: "Error", message: cut(describeThrown(thrown), MAX_MESSAGE) };
  const { code } = thrown as { code?: unknown };
  return {
    name: cut(String(thrown.name), MAX_NAME),
    message: cut(String(thrown.message), MAX_MESSAGE),
    ...(typeof code === "string" ? { code: cut(code, MAX_NAME) } : {}),
    ...(thrown.stack === undefined ? {} : { stack: cut(String(thrown.stack), MAX_STACK) }),
    ...(thrown.cause === undefined || depth >= MAX_CAUSES ? {} : { cause: toErrorData(thrown.cause, depth + 1) }),
  };
}

/** The way back: an `Error` that carries what the data says; a nuvom code makes it a {@linkcode NuvomError}. */
export function fromErrorData(data: ErrorData): Error {
  const cause = data.cause === undefined ? undefined : fromErrorData(data.cause);
  const error = data.code?.startsWith("NUVOM_")
    ? new NuvomError(data.code as ErrorCode, { what: data.message, cause })
    : Object.assign(new Error(data.message, { cause }), { name: data.name, ...(data.code ? { code: data.code } : {}) });
  if (data.stack !== undefined) error.stack = data.stack;
  return error;
}

/** Longest value of a field that a message shows, in characters. */
const LONGEST_SHOWN = 80;

/** `NUVOM_JOB_INVALID` */
export function jobInvalid(id: unknown, field: string, found: unknown): NuvomError {
  const text = asJson(found);
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return new NuvomError("NUVOM_JOB_INVALID", {
    what: `Job ${typeof id === "string" ? id : asJson(id)} can't be enqueued: ${shown} is no value for its ${field}.`,
    mend: "No job of its batch was added; enqueue through a client, which checks and fills in every field.",
  });
}

function describeThrown(thrown: unknown): string {
  return typeof thrown === "string" ? thrown : asJson(thrown);
}

/** For people: what JSON can't say is said some other way. */
function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value === "object" ? Object.prototype.toString.call(value) : String(value);
  }
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length - limit} more characters)`;
}
