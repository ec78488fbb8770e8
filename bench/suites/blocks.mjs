/** How long others had to wait for their turn of the event loop. */
export function watchBlocks() {
  let longest = 0;
  let before = performance.now();
  let isOver = false;
  const look = () => {
    const at = performance.now();
    longest = Math.max(longest, at - before);
    before = at;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  return {
    /** The longest wait since it began, in milliseconds. */
    async end() {
      await new Promise(setImmediate);
      look();
      isOver = true;
      return longest;
    },
  };
}
