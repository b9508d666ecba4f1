/** One life of a plugin, as its supervisor sees it: it has a realm of its own, and ends with it. @module */

import type { Isolation } from "../sandbox/mod.ts";
import type { CallFigures } from "./call_figures.ts";
import type { LifeState, LoadedPlugin } from "./loaded_plugin.ts";
import type { RestartLimit } from "./restart_budget.ts";

/** One life of a plugin. */
export type Life = Pick<
  LoadedPlugin,
  | "callHook"
  | "collectMetrics"
  | "health"
  | "idle"
  | "metadata"
  | "openBackend"
  | "pid"
  | "prepare"
  | "registrations"
  | "remoteParts"
  | "runCommand"
  | "start"
  | "stop"
  | "usage"
>;

/** What a life tells of itself. */
export type LifeEntered = (state: LifeState, error?: Error) => void;

/** Makes lives that all run the same code, with the same grant and settings. */
export interface LifeSource<L extends Life = Life> {
  readonly isolation: Isolation;
  readonly restart: RestartLimit;
  /** @param figures Where its calls are counted. */
  readonly make: (entered: LifeEntered, figures: CallFigures) => L;
  /** Of the modules, once they were loaded. */
  readonly digest: () => Promise<string>;
  /** After the last life. */
  readonly dispose: () => Promise<void>;
}
