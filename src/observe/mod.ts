/** Log and metrics: subscribers of the event stream. @module */

export { type Log, logEventsOf, type LogOptions, openLog } from "./log.ts";
export { Metrics } from "./metrics.ts";
export { executorFigures, pluginFigures, queueFigures } from "./worker_figures.ts";
