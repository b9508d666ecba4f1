/** The constructor of an error class. */
// deno-lint-ignore no-explicit-any
export type ErrorClass<E extends Error = Error> = new (...args: any[]) => E;
/** Thrown by a failed assertion. */
export class AssertionError extends Error {}
/** Fails unless `value` is truthy. */
export function assert(value: unknown, message?: string): asserts value;
/** Fails unless both values are equal in depth. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void;
/** Fails if both values are equal in depth. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
/** Fails unless both values are the same (`Object.is`). */
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
/** Fails unless `value` is neither null nor undefined. */
export function assertExists<T>(value: T, message?: string): asserts value is NonNullable<T>;
/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void;
/** Fails unless `actual` matches `pattern`. */
export function assertMatch(actual: string, pattern: RegExp, message?: string): void;
/** Fails if `actual` matches `pattern`. */
export function assertNotMatch(actual: string, pattern: RegExp, message?: string): void;
/** Fails unless `actual` holds everything that `expected` holds. */
export function assertObjectMatch(actual: Record<PropertyKey, unknown>, expected: Record<PropertyKey, unknown>): void;
/** Fails unless `value` is an instance of `type`. */
export function assertInstanceOf<E extends Error>(
  value: unknown,
  type: ErrorClass<E>,
  message?: string,
): asserts value is E;
/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, message?: string): void;
/** Fails unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;
/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, message?: string): void;
/** Fails unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;
/** Fails unless `fn` throws; returns what it threw. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass?: ErrorClass<E>,
  messageIncludes?: string,
): E;
/** Fails unless `fn` rejects; returns what it rejected with. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  messageIncludes?: string,
): Promise<E>;
/** Fails always. */
export function fail(message?: string): never;
/** Fails always, for branches that cannot be reached. */
export function unreachable(reason?: string): never;
