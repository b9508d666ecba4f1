/** What every change of a project's plugins is given. @module */

import type { Clock } from "../../core/mod.ts";
import type { LoadProgress } from "../../loader/mod.ts";
import type { LoadedSettings } from "../../settings/mod.ts";

/** How far a change has come. */
export interface ChangeProgress {
  readonly step: "fetch" | "verify" | "write";
  /** A specifier, or a URL. */
  readonly what: string;
  readonly done: number;
  readonly known: number;
  readonly bytes: number;
}

/** A project, and who wants to know how it goes. */
export interface ChangeParts {
  /** They name the manifest. */
  readonly settings: LoadedSettings;
  readonly onProgress?: (progress: ChangeProgress) => void;
  /** Gives up what is fetched; its reason is thrown, and nothing is changed. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** How long another change of the same project is waited for. @default 10000 */
  readonly waitMs?: number;
}

/** Tells of modules as they arrive. */
export function fetching(parts: ChangeParts, what: string): (progress: LoadProgress) => void {
  return (progress) => parts.onProgress?.({ step: "fetch", what, ...progress });
}
