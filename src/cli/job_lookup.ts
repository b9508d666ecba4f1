/** Finds the job that a command was asked about. @module */

import type { JobRecord } from "../core/mod.ts";
import type { Engine } from "../engine.ts";
import { problem } from "./errors.ts";

/** @throws {NuvomError} `NUVOM_JOB_UNKNOWN` */
export async function jobOrNotFound(engine: Engine, id: string): Promise<JobRecord> {
  const client = await engine.client();
  const job = await client.status(id);
  if (job !== null) return job;
  const { queueBackend, resultBackend } = engine.settings.values;
  const blind = client.capabilities.has("inspect")
    ? ""
    : ` This queue does not tell of jobs that wait or run: a job is known here when it has ended.`;
  throw problem(
    "NUVOM_JOB_UNKNOWN",
    4,
    `There is no job ${JSON.stringify(id)} in the queue "${queueBackend}" and the results "${resultBackend}".`,
    `Check the id and the backends (\`nuvom config\`); \`nuvom history recent\` lists the jobs that ended last.${blind}`,
  );
}
