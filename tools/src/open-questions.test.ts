import type { Channels, Images } from '@id3/data';
import { describe, expect, it, vi } from 'vitest';
import { shownAs, strangersIn } from './open-questions.ts';

const peopleOf = (folder: string, people: readonly (string | undefined)[]) => ({
  folder,
  count: people.length,
  record: (i: number) => ({ label: i, person: people[i] }),
});

describe('held-out faces', () => {
  it('are of people whom training does not name, and of nobody known', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const heldOut = peopleOf('others', ['Al Pacino', 'Bea', undefined, '7', 'Cid']);
    expect(strangersIn(heldOut, peopleOf('trained', ['al_pacino', 'Dan', 'CID', '7', undefined]))).toEqual([
      1, 2, 3,
    ]);
    expect(log).toHaveBeenCalledWith('2 of 5 held-out faces are of people trained on and were left out.');
    log.mockRestore();
  });

  it('must be there', () => {
    expect(() => strangersIn(peopleOf('others', ['Ann']), peopleOf('trained', ['ANN', 'Bea']))).toThrow(
      'Everybody of others is in trained too; name a dataset of other people by --held-out.',
    );
  });
});

describe('real images', () => {
  /** Image i is i+1 everywhere, but for its red. */
  const flat = (size: number, channels: Channels): Images => ({
    count: 4,
    height: size,
    width: size,
    channels,
    image: (i) =>
      Uint8Array.from({ length: size * size * channels }, (_, k) =>
        channels === 3 && k % 3 === 0 ? 200 : i + 1,
      ),
  });

  it('are shown in the size and channels of the generated ones', async () => {
    const shown = await shownAs(flat(4, 1), flat(12, 3), [1, 3]);
    expect(shown).toMatchObject({ count: 2, height: 4, width: 4, channels: 1 });
    // BT.601: 0.299·200 + 0.701·(i + 1)
    expect([...shown.image(0)]).toEqual(Array(16).fill(61));
    expect([...shown.image(1)]).toEqual(Array(16).fill(63));
  });

  it('are left alone where they are alike', async () => {
    const shown = await shownAs(flat(4, 3), flat(4, 3), [2]);
    expect(shown.count).toBe(1);
    expect(shown.image(0)).toEqual(flat(4, 3).image(2));
  });

  it('may not be smaller', async () => {
    await expect(shownAs(flat(8, 3), flat(4, 3))).rejects.toThrow(
      /^Images of 4×4 pixels tell less than the generated ones of 8×8; /,
    );
  });
});
