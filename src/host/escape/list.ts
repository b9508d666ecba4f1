/** The escape list: all that foreign code may try and no realm may let it. @module */

import type { EscapeProbe } from "./probe.ts";
import { BUILTIN_PROBES } from "./probes/builtins.ts";
import { FILE_PROBES } from "./probes/files.ts";
import { IMPORT_PROBES } from "./probes/imports.ts";
import { LOAD_PROBES } from "./probes/load.ts";
import { MESSAGE_PROBES } from "./probes/messages.ts";
import { NETWORK_PROBES } from "./probes/network.ts";
import { PROCESS_PROBES } from "./probes/process.ts";

/** In the order in which they are told. */
export const ESCAPE_LIST: readonly EscapeProbe[] = [
  ...IMPORT_PROBES,
  ...BUILTIN_PROBES,
  ...PROCESS_PROBES,
  ...NETWORK_PROBES,
  ...FILE_PROBES,
  ...MESSAGE_PROBES,
  ...LOAD_PROBES,
];
