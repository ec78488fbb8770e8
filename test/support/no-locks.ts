/**
 * For test files whose directories no other process uses: they are not locked. Every lock starts a program, and to start one takes a process as large as those of the tests
 * longer than all else that opens a directory.
 */
import { realFileSystem } from '../../src/persist/file-system';

delete (realFileSystem as { lockDirectory?: unknown }).lockDirectory;
