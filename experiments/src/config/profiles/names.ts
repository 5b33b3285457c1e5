/** Named configs, from the smallest that exercises everything to the paper's own. */
export const PROFILE_NAMES = ['smoke', 'quick', 'standard', 'paper', 'photos'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];
