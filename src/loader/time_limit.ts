/** Work that has to end in time. @module */

/**
 * Runs work with a signal that aborts when the time is up or when an outer signal does; its reason is then what the
 * work should throw.
 */
export async function withTimeLimit<T>(
  ms: number,
  late: () => Error,
  outer: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(late()), ms);
  try {
    return await run(AbortSignal.any([outer, own.signal]));
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for a promise that knows no signals, or throws the signal's reason. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Waits so long, or throws the signal's reason. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await orAborted(new Promise<void>((resolve) => timer = setTimeout(resolve, ms)), signal);
  } finally {
    clearTimeout(timer);
  }
}
