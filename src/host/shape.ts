/** Checks of what foreign code answers: any value in, a plain copy of the wanted fields out. @module */

/** Copies a value that fits; throws {@linkcode Mismatch} for one that does not. `at` is its place, for the message. */
export type Shape<T> = (value: unknown, at: string) => T;

/** A value does not fit; the message says where and why, as the rest of a sentence. */
export class Mismatch extends Error {}

function refuse(at: string, wanted: string): never {
  throw new Mismatch(`${at === "" ? "it" : at} is not ${wanted}`);
}

/** A text, empty or not. */
export const text: Shape<string> = (value, at) => typeof value === "string" ? value : refuse(at, "a text");

/** A text of 1 to 200 characters. */
export const name: Shape<string> = (value, at) => {
  const found = text(value, at);
  return found.length > 0 && found.length <= 200 ? found : refuse(at, "a text of 1 to 200 characters");
};

/** A finite number. */
export const number: Shape<number> = (value, at) =>
  typeof value === "number" && Number.isFinite(value) ? value : refuse(at, "a number");

/** A whole number, 0 or more. */
export const count: Shape<number> = (value, at) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? value as number : refuse(at, "a count");

/** True or false. */
export const boolean: Shape<boolean> = (value, at) => typeof value === "boolean" ? value : refuse(at, "true or false");

/** Whatever JSON can say. */
export const anything: Shape<unknown> = (value) => value;

/** Nothing that anyone looks at. */
export const nothing: Shape<void> = () => {};

/** Null, or what the shape takes. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => value === null ? null : shape(value, at);
}

/** Left out, or what the shape takes. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, at) => value === undefined ? undefined : shape(value, at);
}

/** One of some texts. */
export function oneOf<T extends string>(values: readonly T[]): Shape<T> {
  return (value, at) => values.find((known) => known === value) ?? refuse(at, `one of ${values.join(", ")}`);
}

/** A list; with `length`, of exactly so many items. */
export function list<T>(shape: Shape<T>, length?: number): Shape<T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return refuse(at, "a list");
    if (length !== undefined && value.length !== length) return refuse(at, `a list of ${length}`);
    return value.map((item, i) => shape(item, `${at}[${i}]`));
  };
}

/** An object with these fields; others are dropped. */
export function object<T>(fields: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  return (value, at) => {
    const given = plain(value, at);
    const found = Object.entries<Shape<unknown>>(fields)
      .map(([key, shape]) => [key, shape(given[key], inside(at, key))] as const)
      .filter(([, field]) => field !== undefined);
    return Object.fromEntries(found) as T;
  };
}

/** An object whose keys are free. */
export function dictionary<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, at) =>
    Object.fromEntries(Object.entries(plain(value, at)).map(([key, item]) => [key, shape(item, inside(at, key))]));
}

function plain(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(at, "an object");
}

function inside(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}
