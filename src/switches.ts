/**
 * What a registry has switched on or off for all its caches, while they run.
 */

export interface Switches {
  /** Whether anything is cached at all. */
  isEnabled: boolean;
  /** Whether results that all callers share are watched for changes, for development. */
  watchMutations: boolean;
}

/** As they are where nobody says anything. */
export const DEFAULT_SWITCHES: Switches = { isEnabled: true, watchMutations: false };

/** As the environment says: `SCRUBJAY_DISABLED`, `SCRUBJAY_WATCH_MUTATIONS`. */
export const switchesOfEnvironment = (): Switches => ({
  isEnabled: !isSet('SCRUBJAY_DISABLED'),
  watchMutations: isSet('SCRUBJAY_WATCH_MUTATIONS'),
});

const isSet = (name: string): boolean => ['1', 'true'].includes(process.env[name] ?? '');
