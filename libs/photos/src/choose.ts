import type { DetectedFace } from './detector.ts';

/**
 * Which of several faces is the photo's person.
 * - `largest`: the widest box, as web photos are cropped.
 * - `central`: the box nearest to the middle, as LFW and its relatives are made.
 * - `only`: none where there are several.
 */
export const faceRules = ['largest', 'central', 'only'] as const;
export type FaceRule = (typeof faceRules)[number];

/** Index of the face that the rule takes; undefined where there is none. Of equal faces the first, which is the surest. */
export function chooseFace(
  faces: readonly Pick<DetectedFace, 'place'>[],
  rule: FaceRule,
  photo: { width: number; height: number },
): number | undefined {
  if (faces.length === 0 || (rule === 'only' && faces.length > 1)) return undefined;
  const rank = ({ place: { centre, size } }: Pick<DetectedFace, 'place'>): number =>
    rule === 'central' ? -Math.hypot(centre[0] - photo.width / 2, centre[1] - photo.height / 2) : size;
  const ranks = faces.map(rank);
  return ranks.indexOf(Math.max(...ranks));
}
