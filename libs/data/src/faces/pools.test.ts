import { describe, expect, it } from 'vitest';
import { FaceRenderer, PRIORS, poolItem, renderItems } from '../index.ts';

const spec = { seed: 1, pool: 'train' as const, prior: PRIORS.wild };

describe('pictures of a pool', () => {
  it('are the same bytes alone as among others, and carry their truth', async () => {
    const renderer = await FaceRenderer.load();
    const items = [7, 7, 8, 7].map((person, shot) => poolItem(spec, person, shot));
    const together = renderItems(renderer, { ...spec, size: 16 }, items);
    items.forEach((item, i) => {
      const alone = renderItems(renderer, { ...spec, size: 16 }, [item]);
      expect(together.images.subarray(i * 768, (i + 1) * 768)).toEqual(alone.images);
      expect(together.records[i]).toEqual(alone.records[0]);
      expect(together.records[i].label).toBe(item.person);
      expect(together.records[i].yaw).toBeCloseTo(item.shot.yaw, 1);
    });
  });
  it('differ between people, shots, pools and seeds', () => {
    const shot = (change: Partial<typeof spec>, person = 7, number = 0) =>
      poolItem({ ...spec, ...change }, person, number).shot;
    const first = shot({});
    expect(shot({})).toEqual(first);
    for (const other of [shot({}, 8), shot({}, 7, 1), shot({ pool: 'test' as never }), shot({ seed: 2 })]) {
      expect(other).not.toEqual(first);
    }
  });
});
