/**
 * What users import as `scrubjay/testing`: promises that policies and drivers of their own can be held against.
 */
export { type DriverPromise, driverContract } from './driver-contract.js';
export { type PolicyPromise, policyContract } from './policy-contract.js';
