/** Opens a database, waits for a line, enqueues a job and prints when that was done. Arguments: path. @module */

import { newJob } from "../../../testing/new_job.ts";
import { OwnQueue } from "../testing.ts";

const [path] = Deno.args as [string];
const queue = new OwnQueue({ path });
console.log("open");
await Deno.stdin.read(new Uint8Array(16));
await queue.enqueue([newJob()]);
console.log(Date.now());
await queue.close();
