/** What each line of a chart is: its title beside a piece of it. */
export function Legend({
  lines,
}: {
  lines: readonly { readonly title: string; readonly colour: string; readonly dash: string | undefined }[];
}) {
  return (
    <ul className="legend">
      {lines.map(({ title, colour, dash }) => (
        <li key={title}>
          <svg width="28" height="8" aria-hidden="true">
            <path d="M0 4H28" stroke={colour} strokeWidth="2" strokeDasharray={dash} />
          </svg>
          {title}
        </li>
      ))}
    </ul>
  );
}
