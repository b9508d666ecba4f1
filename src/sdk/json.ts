/** Arguments and results as JSON text, with an error that names the place of what JSON would lose. @module */

import { MAX_PAYLOAD } from "../core/mod.ts";
import { argsNotJson, argsTooLarge } from "./errors.ts";

/** Deeper values would overflow the stack of whoever walks them next. */
const MAX_DEPTH = 500;
/** Longest place in a message, in characters. */
const MAX_PLACE = 200;

/** What JSON can't say, and where. */
export interface JsonLoss {
  /** Such as `result.items[3]`. */
  readonly place: string;
  /** Such as `a Map`. */
  readonly found: string;
  /** Of a text that is too long for any payload, in characters: V8 ends the process when it writes one of 256 MiB. */
  readonly length?: number;
}

/**
 * @throws {NuvomError} `NUVOM_ARGS_NOT_JSON`, `NUVOM_PAYLOAD_TOO_LARGE`
 */
export function argsToJson(task: string, args: readonly unknown[]): string {
  args.forEach((arg, i) => {
    const loss = jsonLoss(arg, String(i + 1));
    if (loss?.length !== undefined) throw argsTooLarge(task, loss.length);
    if (loss !== null) throw argsNotJson(task, loss.place, loss.found);
  });
  const text = JSON.stringify(args);
  if (text.length > MAX_PAYLOAD) throw argsTooLarge(task, text.length);
  return text;
}

/**
 * What would come back as something else from `JSON.parse(JSON.stringify(value))`; null when nothing would. A property
 * that is undefined is a property that is not there, as JSON has it.
 *
 * @param place What the value itself is called.
 */
export function jsonLoss(value: unknown, place: string): JsonLoss | null {
  return lossAt(value, place, null);
}

function lossAt(value: unknown, place: string, above: Set<unknown> | null): JsonLoss | null {
  switch (typeof value) {
    case "string":
      return isPlain(value) ? null : { ...loss(place, "a text that is too long"), length: value.length };
    case "boolean":
      return null;
    case "number":
      return Number.isFinite(value) ? null : loss(place, String(value));
    case "object":
      return value === null ? null : inside(value, place, above ?? new Set());
    default:
      return loss(place, value === undefined ? "undefined" : `a ${typeof value}`);
  }
}

function inside(value: object, place: string, above: Set<unknown>): JsonLoss | null {
  if (above.has(value)) return loss(place, "circular");
  if (above.size >= MAX_DEPTH) return loss(place, `over ${MAX_DEPTH} levels deep`);
  above.add(value);
  const found = Array.isArray(value) ? inArray(value, place, above) : inObject(value, place, above);
  above.delete(value);
  return found;
}

function inArray(list: readonly unknown[], place: string, above: Set<unknown>): JsonLoss | null {
  // By index: forEach passes over the holes of an array, JSON makes null of them.
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    const found = isPlain(item) ? null : lossAt(item, `${place}[${i}]`, above);
    if (found !== null) return found;
  }
  return null;
}

function inObject(value: object, place: string, above: Set<unknown>): JsonLoss | null {
  const prototype = Object.getPrototypeOf(value);
  // A class of its own: what arrived would be another thing than what was sent.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return loss(place, `a ${value.constructor?.name || "class instance"}`);
  }
  for (const [key, item] of Object.entries(value)) {
    const found = item === undefined || isPlain(item) ? null : lossAt(item, `${place}.${key}`, above);
    if (found !== null) return found;
  }
  return null;
}

/** Most values, for which no place need be written. */
function isPlain(value: unknown): boolean {
  if (typeof value === "string") return value.length <= MAX_PAYLOAD;
  return typeof value === "boolean" || value === null || Number.isFinite(value);
}

function loss(place: string, found: string): JsonLoss {
  return { place: place.length > MAX_PLACE ? `${place.slice(0, MAX_PLACE)}…` : place, found };
}
