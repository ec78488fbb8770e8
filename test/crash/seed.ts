/** Where the randomness of these tests begins: another place each time, or where `SCRUBJAY_SEED` says. Every failure names it. */
export const SEED = Number(process.env['SCRUBJAY_SEED'] ?? Date.now() % 1_000_000);
