/** A command's way to the settings. @module */

import { type LoadedSettings, loadSettings } from "../settings/mod.ts";
import type { Io } from "./io.ts";

/** What is needed of a command's context. */
export interface SettingsContext {
  readonly io: Io;
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Reads the settings; what looks like a misspelt one is told on standard error. */
export function settingsOf({ io, flags }: SettingsContext): LoadedSettings {
  const settings = loadSettings({ cwd: io.cwd, env: io.env, flags });
  for (const warning of settings.warnings) io.err.write(`${warning}\n`);
  return settings;
}
