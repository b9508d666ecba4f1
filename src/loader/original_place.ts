/** From a place in what the transpiler made back to the place that was written. @module */

import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { Place } from "./errors.ts";

/** @param map Source map, JSON text; null where nothing was transpiled. */
export function originalPlace(place: Place, map: string | null): Place {
  if (map === null) return place;
  const { line, column } = originalPositionFor(new TraceMap(map), { line: place.line, column: place.column - 1 });
  return line === null ? place : { url: place.url, line, column: column + 1 };
}
