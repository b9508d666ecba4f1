/** From a place in what the transpiler made back to the place that was written. @module */

import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { Place } from "./errors.ts";

/** A source map that is read once and asked many times: reading one costs far more than asking it. */
export type ReadMap = TraceMap;

/** @param map Source map, JSON text. */
export function readMap(map: string): ReadMap {
  return new TraceMap(map);
}

/** @param map Source map, as JSON text or read before; null where nothing was transpiled. */
export function originalPlace(place: Place, map: string | ReadMap | null): Place {
  if (map === null) return place;
  const read = typeof map === "string" ? readMap(map) : map;
  const { line, column } = originalPositionFor(read, { line: place.line, column: place.column - 1 });
  return line === null ? place : { url: place.url, line, column: column + 1 };
}
