import type { FaceRecord } from './manifest.ts';

/**
 * A person's name as it is compared, whatever separates its parts and whatever its case and Unicode form: `Al_Pacino`, `al pacino` and `AlPacino` are one.
 * Undefined where it is no name: a number tells people of one dataset apart, and nothing about another's.
 */
export function personKey(name: string | undefined): string | undefined {
  const key = name
    ?.normalize('NFC')
    .toLowerCase()
    .replace(/[\s_.,'’-]+/g, '');
  return key !== undefined && /\p{L}/u.test(key) ? key : undefined;
}

/** Of each name the number of images, and of how many images nobody says who it is. */
export function peopleIn(records: readonly FaceRecord[]): {
  readonly images: ReadonlyMap<string, number>;
  readonly nameless: number;
} {
  const images = new Map<string, number>();
  let nameless = 0;
  for (const { person } of records) {
    const key = personKey(person);
    if (key === undefined) nameless++;
    else images.set(key, (images.get(key) ?? 0) + 1);
  }
  return { images, nameless };
}
