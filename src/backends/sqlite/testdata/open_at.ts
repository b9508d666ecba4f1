/** Opens a database at a given moment, together with others, and enqueues a job. Arguments: path, moment. @module */

import { newJob } from "../../../testing/new_job.ts";
import { OwnQueue } from "../testing.ts";

const [path, moment] = Deno.args as [string, string];
while (Date.now() < Number(moment)) { /* closer than any timer */ }
const queue = new OwnQueue({ path });
await queue.enqueue([newJob()]);
await queue.close();
