package mediafile

import "encoding/binary"

const tagOrientation = 0x0112

// tiffOrientation finds the orientation in the first directory of an EXIF block, 0 if there is none.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
	default:
		return 0
	}
	off := int64(order.Uint32(b[4:]))
	if off+2 > int64(len(b)) {
		return 0
	}
	entries := b[off+2:]
	for n := int(order.Uint16(b[off:])); n > 0 && len(entries) >= 12; n-- {
		if order.Uint16(entries) == tagOrientation {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 0
		}
		entries = entries[12:]
	}
	return 0
}

// orientationTIFF is the smallest EXIF block: one directory with one entry, the orientation.
func orientationTIFF(orientation int) []byte {
	b := []byte("MM\x00*\x00\x00\x00\x08\x00\x01")
	b = binary.BigEndian.AppendUint16(b, tagOrientation)
	b = binary.BigEndian.AppendUint16(b, 3) // SHORT
	b = binary.BigEndian.AppendUint32(b, 1)
	b = binary.BigEndian.AppendUint16(b, uint16(orientation))
	return append(b, 0, 0, 0, 0, 0, 0)
}
