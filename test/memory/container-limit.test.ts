import { containerLimitBytes } from '../../src/memory/container-limit';

const MIB = 2 ** 20;

/** A machine of 8 GiB on which only these files exist. */
const limitOf = (files: Record<string, string>, constrainedBytes = 0) =>
  containerLimitBytes({ read: (path) => files[path], totalBytes: 8192 * MIB, constrainedBytes: () => constrainedBytes });

test('no files, as on other systems, is no limit', () => {
  expect(limitOf({})).toBe(undefined);
});

test('version 2: the limit of the group', () => {
  expect(limitOf({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': `${512 * MIB}\n`, '/sys/fs/cgroup/memory.high': 'max\n' })).toBe(512 * MIB);
});

test('version 2: max is no limit', () => {
  expect(limitOf({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': 'max\n' })).toBe(undefined);
});

test('version 2: memory.high counts when it is lower', () => {
  const files = { '/proc/self/cgroup': '0::/a\n', '/sys/fs/cgroup/a/memory.max': `${512 * MIB}\n`, '/sys/fs/cgroup/a/memory.high': `${400 * MIB}\n` };
  expect(limitOf(files)).toBe(400 * MIB);
});

test('version 2: a group around the own one may be narrower', () => {
  const files = {
    '/proc/self/cgroup': '0::/kubepods/pod1/box\n',
    '/sys/fs/cgroup/kubepods/pod1/memory.max': `${256 * MIB}\n`,
    '/sys/fs/cgroup/kubepods/pod1/box/memory.max': `${512 * MIB}\n`,
  };
  expect(limitOf(files)).toBe(256 * MIB);
});

test('version 2: a path of the host that does not exist in the container leads to the mounted group', () => {
  expect(limitOf({ '/proc/self/cgroup': '0::/docker/4711\n', '/sys/fs/cgroup/memory.max': `${512 * MIB}\n` })).toBe(512 * MIB);
});

test('version 2: a group outside of what the process may see', () => {
  expect(limitOf({ '/proc/self/cgroup': '0::/../../other\n', '/sys/fs/cgroup/memory.max': `${512 * MIB}\n` })).toBe(512 * MIB);
});

test('version 1: the limit of the group, also when controllers share it', () => {
  const files = {
    '/proc/self/cgroup': '5:cpu:/x\n4:hugetlb,memory:/docker/4711\n0::/\n',
    '/sys/fs/cgroup/memory/docker/4711/memory.limit_in_bytes': `${300 * MIB}\n`,
  };
  expect(limitOf(files)).toBe(300 * MIB);
});

test('version 1: the huge number of no limit is none', () => {
  const files = { '/proc/self/cgroup': '4:memory:/\n', '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n' };
  expect(limitOf(files)).toBe(undefined);
});

test.each([0, 2 ** 64, 9223372036854771712, 8192 * MIB, Number.NaN])('%p from Node is no limit', (bytes) => {
  expect(limitOf({}, bytes)).toBe(undefined);
});

test('what Node found counts when it is lower', () => {
  expect(limitOf({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': `${512 * MIB}\n` }, 100 * MIB)).toBe(100 * MIB);
});

test('the limit of this machine can be read', () => {
  const bytes = containerLimitBytes();
  expect(bytes === undefined || bytes > 0).toBe(true);
});
