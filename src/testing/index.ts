/**
 * What users import as `scrubjay/testing`: fresh caches, a clock to turn and matchers for their tests, and promises that policies and drivers of their own can be held
 * against.
 */
export { type DriverPromise, driverContract } from './driver-contract.js';
export { freshCaches } from './fresh-caches.js';
export { ManualClock, type ManualClockInUse, manualClock } from './manual-clock.js';
export { type ScrubjayMatchers, scrubjayMatchers } from './matchers.js';
export { type PolicyPromise, policyContract } from './policy-contract.js';
