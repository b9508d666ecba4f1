/** The backends inside nuvom. @module */

export { FileQueue } from "./file/queue.ts";
export { FileResults } from "./file/results.ts";
export { FileStore, type FileStoreOptions } from "./file/store.ts";
export { MemoryQueue } from "./memory/queue.ts";
export { MemoryResults } from "./memory/results.ts";
export { MemoryStore } from "./memory/store.ts";
export { SqliteQueue } from "./sqlite/queue.ts";
export { SqliteResults } from "./sqlite/results.ts";
export { openSqlite, type SqliteOptions, SqliteStore } from "./sqlite/store.ts";
