/** What stands in the command line of a plugin's command. @module */

/** A command line whose first word is none of nuvom's own. */
export interface PluginLine {
  readonly plugin: string;
  /** All that stands behind it. */
  readonly words: readonly string[];
  /** Nuvom's own commands. */
  readonly paths: readonly string[];
}
