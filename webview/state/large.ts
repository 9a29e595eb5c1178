/** From this number of points on the picture of a grid takes longer to make than a frame may. */
export const largeGrid = 120 * 120;
