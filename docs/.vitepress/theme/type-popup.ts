/** Distance of the popup from the name that it is about, and from the edge of the window. */
const GAP = 6

/** Shows the type of a name in code (types-on-hover.ts) below it, for a mouse that rests there or a finger that taps. */
export function addTypePopup(): void {
  const popup = document.createElement('div')
  popup.className = 'type-popup'
  popup.role = 'tooltip'
  popup.hidden = true
  document.body.append(popup)
  let name: HTMLElement | null = null

  const place = (): void => {
    popup.hidden = !name
    if (!name) return
    popup.textContent = name.dataset.type ?? ''
    const { left, top, bottom } = name.getBoundingClientRect()
    const { offsetWidth: width, offsetHeight: height } = popup
    const fits = bottom + GAP + height < innerHeight
    popup.style.top = `${fits ? bottom + GAP : Math.max(GAP, top - GAP - height)}px`
    popup.style.left = `${Math.max(GAP, Math.min(left, innerWidth - GAP - width))}px`
  }
  const show = ({ target }: Event): void => {
    name = (target as Element).closest<HTMLElement>('[data-type]')
    place()
  }
  document.addEventListener('mouseover', show, { passive: true })
  document.addEventListener('click', show, { passive: true })
  document.addEventListener('scroll', place, { capture: true, passive: true })
}
