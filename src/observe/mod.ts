/** Log and metrics: subscribers of the event stream. @module */

export { type Log, type LogOptions, openLog } from "./log.ts";
export { gauge, Metrics } from "./metrics.ts";
