/**
 * Which of several processes, or threads, of one application this is.
 */
import cluster from 'node:cluster';
import { threadId } from 'node:worker_threads';

/** The number that pm2 gave it, or the cluster, else 0; and that of the thread, but for the main one. */
export function workerName(): string {
  const instance = process.env['NODE_APP_INSTANCE'] ?? String(cluster.worker?.id ?? 0);
  // It becomes part of a path.
  const safe = instance.replace(/[^\w-]/g, '_');
  return threadId === 0 ? safe : `${safe}-${threadId}`;
}
