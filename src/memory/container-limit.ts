/**
 * The memory that the container of this process may use, as the kernel keeps it: control groups of version 1 and 2, nested ones included.
 * Source: Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
 */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** Where the kernel's answers come from. Tests put their own here. */
export interface Host {
  /** The text of a file, `undefined` when there is none. */
  readonly read: (path: string) => string | undefined;
  /** The memory of the whole machine, in bytes. A limit of that size or more is none. */
  readonly totalBytes: number;
  /** What Node itself found, in bytes. */
  readonly constrainedBytes: () => number;
}

const thisHost: Host = {
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  totalBytes: totalmem(),
  constrainedBytes: () => process.constrainedMemory(),
};

/**
 * The smallest limit that holds for this process, in bytes; `undefined` when there is none.
 * Not Node's answer alone: libuv looks at the group of the process and not at the groups around it, which may be narrower.
 */
export function containerLimitBytes(host: Host = thisHost): number | undefined {
  const limits = limitFiles(host.read('/proc/self/cgroup') ?? '').map((file) => bytesIn(host.read(file)));
  // No limit is 0, 2^63 rounded down to a page, or 2^64, depending on kernel and libuv.
  const real = [...limits, host.constrainedBytes()].filter((bytes) => bytes > 0 && bytes < host.totalBytes);
  return real.length === 0 ? undefined : Math.min(...real);
}

const bytesIn = (text: string | undefined): number => (text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : 0);

/** Every file that may hold a limit: of the groups the process is in, and of all around them. */
function limitFiles(groups: string): string[] {
  return groups.split('\n').flatMap((line) => {
    const [number, controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line)?.slice(1) ?? [];
    if (path === undefined) return [];
    // memory.high does not kill, it slows everything down until the process is under it again.
    if (number === '0' && controllers === '') return around('/sys/fs/cgroup', path, ['memory.max', 'memory.high']);
    return controllers?.split(',').includes('memory') ? around('/sys/fs/cgroup/memory', path, ['memory.limit_in_bytes']) : [];
  });
}

/** `mount` itself comes first: in a container it often is the group of the process, whatever its path on the host is. */
function around(mount: string, path: string, names: readonly string[]): string[] {
  // '..' stands there when the group lies outside of what this process may see.
  const steps = path.split('/').filter((step) => step !== '' && step !== '..');
  const folders = Array.from({ length: steps.length + 1 }, (_, depth) => [mount, ...steps.slice(0, depth)].join('/'));
  return folders.flatMap((folder) => names.map((name) => `${folder}/${name}`));
}
