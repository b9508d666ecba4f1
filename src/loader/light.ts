/** What can be said of modules without loading any: whoever only lists plugins pays for no parser. @module */

export type { ModuleGraph } from "./graph.ts";
export type { LoadProgress } from "./load_progress.ts";
export type { LockedGraph, LockedModule } from "./locked_modules.ts";
export { PrivateFolder } from "./private_folder.ts";
export { type GraphRecord, graphRecord, recordIsFresh } from "./record.ts";
export { sha256 } from "./read.ts";
export { isRemote } from "./remote.ts";
export { remoteUrl } from "./remote_url.ts";
