/**
 * What a registry has switched on or off for all its caches, while they run.
 */

export interface Switches {
  /** Whether anything is cached at all. */
  isEnabled: boolean;
}

/** As `SCRUBJAY_DISABLED` in the environment says. */
export const switchesOfEnvironment = (): Switches => ({ isEnabled: !isSet('SCRUBJAY_DISABLED') });

const isSet = (name: string): boolean => ['1', 'true'].includes(process.env[name] ?? '');
