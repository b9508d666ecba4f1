/** Enqueues jobs and waits for their results. @module */

export { Client, type ClientParts, type HistoryQuery } from "./client.ts";
export { Operations, type RedriveQuery, type RedriveReport } from "./operations.ts";
