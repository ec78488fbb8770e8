import { isScrubjayError, ScrubjayError } from '../src/index';

test('an error has a stable code, a message, a name and its cause', () => {
  const cause = new Error('below');
  const error = new ScrubjayError('SCRUBJAY_DISK_FAILED', 'the disk failed', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ code: 'SCRUBJAY_DISK_FAILED', message: 'the disk failed', name: 'ScrubjayError', cause });
});

test('it is known by its name and code, whichever build of the library made it', () => {
  const fromOtherBuild = Object.assign(new Error('x'), { name: 'ScrubjayError', code: 'SCRUBJAY_BAD_TTL' });
  expect(
    [new ScrubjayError('SCRUBJAY_BAD_TTL', 'x'), fromOtherBuild, new Error('x'), Object.assign(new Error('x'), { code: 'ENOENT' }), 'x', undefined].map(
      isScrubjayError,
    ),
  ).toEqual([true, true, false, false, false, false]);
});

test('it is made in a process that has frozen what all errors inherit, too', () => {
  const { prototype } = Error;
  const name = Object.getOwnPropertyDescriptor(prototype, 'name') as PropertyDescriptor;
  // As frozen: an inherited property that is not writable cannot be assigned.
  Object.defineProperty(prototype, 'name', { ...name, writable: false });
  try {
    expect(new ScrubjayError('SCRUBJAY_BAD_TTL', 'x')).toMatchObject({ name: 'ScrubjayError', code: 'SCRUBJAY_BAD_TTL' });
  } finally {
    Object.defineProperty(prototype, 'name', name);
  }
});
