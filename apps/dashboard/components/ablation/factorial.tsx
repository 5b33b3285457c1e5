import { factorialEffects, pointsPlusMinus, pText, type Endpoint } from '@id3/report';
import { NumberHead, Scroll } from '../table.tsx';

/** The 2×2 design {ID loss} × {score} on each primary endpoint; nothing where one of its four rows is missing. */
export function FactorialTables({ endpoints }: { endpoints: readonly Endpoint[] }) {
  return endpoints.map(
    ({ column, factorial }) =>
      factorial !== undefined && (
        <section key={column}>
          <h2>
            {'{ID loss} × {score}'}, {column}
          </h2>
          <Scroll label={`ID loss and score, ${column}`}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Effect</th>
                  <NumberHead>Points, ± 95 % CI</NumberHead>
                  <NumberHead>p</NumberHead>
                </tr>
              </thead>
              <tbody>
                {factorialEffects(factorial).map(([effect, { difference, p }]) => (
                  <tr key={effect}>
                    <th scope="row">{effect}</th>
                    <td className="number">{pointsPlusMinus(difference)}</td>
                    <td className="number">{pText(p)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </section>
      ),
  );
}
