/** The client of a command that enqueues and ends: its jobs must outlive it. @module */

import type { Client } from "../client/mod.ts";
import type { Engine } from "../engine.ts";
import { problem } from "./errors.ts";
import type { Io } from "./io.ts";

/**
 * A queue that says what it promises, and neither durability nor other processes, is refused. One that says nothing (five
 * methods and no `capabilities`) may be either, so there is a warning.
 *
 * @throws {NuvomError} `NUVOM_ENQUEUE_LOST`
 */
export async function outlivingClient(engine: Engine, io: Io): Promise<Client> {
  const client = await engine.client();
  const { capabilities } = client;
  if (capabilities.has("durable") || capabilities.has("shared")) return client;
  const name = JSON.stringify(engine.settings.values.queueBackend);
  if (capabilities.size > 0) {
    throw problem(
      "NUVOM_ENQUEUE_LOST",
      1,
      `The queue ${name} lives in one process, so the job would be gone when this command ends.`,
      "Enqueue from the process that works, or use another queue (NUVOM_QUEUE_BACKEND) such as sqlite.",
    );
  }
  io.err.write(
    `The queue ${name} does not say that it keeps jobs when this command ends; if it does, ` +
      'give it capabilities = ["durable"].\n',
  );
  return client;
}
