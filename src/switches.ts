/**
 * What a registry has switched on or off for all its caches, while they run.
 */

export interface Switches {
  /** Whether anything is cached at all. */
  isEnabled: boolean;
  /** Whether results that all callers share are watched for changes, for development. */
  watchMutations: boolean;
  /** Whether results are looked for that depend on something of the request which is not in their key, for development; and what becomes of them. */
  contextGuard: 'off' | 'report' | 'refuse';
}

/** As they are where nobody says anything. */
export const DEFAULT_SWITCHES: Switches = { isEnabled: true, watchMutations: false, contextGuard: 'off' };

/** As the environment says: `SCRUBJAY_DISABLED`, `SCRUBJAY_WATCH_MUTATIONS`, `SCRUBJAY_CONTEXT_GUARD`. */
export const switchesOfEnvironment = (): Switches => ({
  isEnabled: !isSet('SCRUBJAY_DISABLED'),
  watchMutations: isSet('SCRUBJAY_WATCH_MUTATIONS'),
  contextGuard: guardOf(process.env['SCRUBJAY_CONTEXT_GUARD']),
});

const guardOf = (said: string | undefined): Switches['contextGuard'] => (said === 'report' || said === 'refuse' ? said : 'off');

const isSet = (name: string): boolean => ['1', 'true'].includes(process.env[name] ?? '');
