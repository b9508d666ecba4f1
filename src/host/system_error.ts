/** Errors of the operating system, apart from bugs. @module */

/** Whether the system refused something: no such file, no permission, no room. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && typeof (error as { code?: unknown }).code === "string";
}
