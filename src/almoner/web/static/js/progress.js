// A run's progress as it goes on; without scripts the page says how to load it again.
export function follow(room) {
  const source = new EventSource(room.dataset.events);
  const bar = room.querySelector("progress");
  const said = room.querySelector("[data-said]");
  source.addEventListener("progress", (event) => {
    const run = JSON.parse(event.data);
    bar.max = Math.max(run.tasks_total, 1);
    bar.value = run.tasks_done;
    said.textContent = run.state === "queued" ? "Waiting to start" : `${run.tasks_done} of ${run.tasks_total} parts done`;
    if (!["queued", "running"].includes(run.state)) {
      source.close();
      window.location.reload();
    }
  });
}
