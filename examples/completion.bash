# imbytes: bash completion of all its programs: options as --help names them, the
# values of the few that have a list, else files.
# SPDX-License-Identifier: LGPL-2.1-or-later
_imbytes ()
{
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words

  # Bash takes --format=j for three words.
  if [ "$current" = = ]; then
    current=
  elif [ "$before" = = ]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $before in
    --format) words='jpeg png' ;;
    --test-pattern)
      words=$(gst-inspect-1.0 videotestsrc 2>/dev/null \
        | sed -n '/^  pattern /,/^ *$/s/^ *([0-9]*): \([a-z0-9-]*\) .*/\1/p')
      ;;
    --qos) words='0 1 2' ;;
    *)
      if [[ $current == -* ]]; then
        words=$("$1" --help 2>/dev/null | sed -n 's/^  \(-., \)\{0,1\}\(--[a-z-]*=\{0,1\}\).*/\2/p')
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames 2>/dev/null
        return
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  # What follows = is typed at once.
  [[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace 2>/dev/null
}
complete -F _imbytes imbytes-farm imbytes-grab imbytes-mqtt imbytes-rtsp imbytes-upload \
  imbytes-viewer
